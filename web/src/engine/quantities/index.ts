import "./embedding_spectrum";
import "./grid";
import "./clusters";
import "./cut";
