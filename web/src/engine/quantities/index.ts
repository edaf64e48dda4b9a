import "./embedding_spectrum";
import "./grid";
