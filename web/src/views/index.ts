import "./losses";
import "./embedding_spectrum";
