import "./losses";
import "./attention_maps";
import "./embedding_spectrum";
import "./weight_norms";
import "./neuron_gallery";
import "./circles";
