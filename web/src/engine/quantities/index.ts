import "./embedding_spectrum";
