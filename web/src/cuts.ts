/** What the visitor has switched off, as the engine's questions need it. */
import { computed } from "@preact/signals";
import type { Cut } from "./engine/cut";
import { cutClusters, cutFrequencies, cutHeads, cutResidualAttention, cutResidualMlp, keepOnlyKeys } from "./state";

/** The cut in view. */
export const cutInView = computed<Cut>(() => ({
  frequencies: cutFrequencies.value,
  clusters: cutClusters.value,
  heads: cutHeads.value,
  skipAttention: cutResidualAttention.value,
  skipMlp: cutResidualMlp.value,
  keepKeys: keepOnlyKeys.value,
  random: false,
  seed: 0,
}));

/** Whether nothing is switched off. */
export const isUncut = computed(() => {
  const { frequencies, clusters, heads, skipAttention, skipMlp, keepKeys } = cutInView.value;
  return frequencies.length + clusters.length + heads.length === 0 && !skipAttention && !skipMlp && !keepKeys;
});

export function putEverythingBack(): void {
  for (const numbers of [cutFrequencies, cutClusters, cutHeads]) numbers.value = [];
  for (const flag of [cutResidualAttention, cutResidualMlp, keepOnlyKeys]) flag.value = false;
}
