import "./losses";
import "./attention_maps";
import "./embedding_spectrum";
import "./neuron_gallery";
import "./try_it";
import "./by_hand";
import "./logits_fourier";
