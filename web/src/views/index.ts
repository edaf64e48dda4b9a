import "./losses";
import "./embedding_spectrum";
import "./sequence_attention";
import "./sequence_answers";
