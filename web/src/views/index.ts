import "./losses";
import "./embedding_spectrum";
import "./weight_norms";
