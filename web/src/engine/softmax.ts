/** The softmax of n logits from `start`, at one of them. */
export function softmaxAt(logits: ArrayLike<number>, start: number, n: number, at: number): number {
  let sum = 0;
  for (let z = 0; z < n; z++) sum += Math.exp(logits[start + z]! - logits[start + at]!);
  return 1 / sum;
}
