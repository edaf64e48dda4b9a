/** Cross-entropy in nats of one row of logits with this label. */
export function crossEntropy(row: ArrayLike<number>, label: number): number {
  let top = -Infinity;
  for (let z = 0; z < row.length; z++) if (row[z]! > top) top = row[z]!;
  let sum = 0;
  for (let z = 0; z < row.length; z++) sum += Math.exp(row[z]! - top);
  return top + Math.log(sum) - row[label]!;
}
