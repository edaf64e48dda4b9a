import "./embedding_spectrum";
import "./digit_spectrum";
import "./head_scores";
import "./linear_weights";
import "./sequence_answers";
import "./sequence_attention";
import "./trigram_tables";
import "./grid";
