/**
 * The QK and OV circuits of a one-layer attention-only transformer at the last token, `END`.
 * Python: `latebloom.circuits.skip_trigrams`, `end_tables`, `leads`, `typical_attention` and `strengths`.
 */
import { registerQuantity, type Checkpoint } from "../quantity";
import { named, times } from "../sequence";

/** Tokens 0 … 9, which are independent of the answer. Python: `latebloom.tasks.skip_trigrams.FILLERS`. */
const FILLERS = 10;

export interface TrigramTables {
  tokens: number;
  heads: number;
  answers: number;
  /** token × head: QK, the score of a token for END, less the mean over tokens 0 … 9. */
  scores: Float64Array;
  /** token × answer, nats: OV, the lead of each answer over the mean of the others if the token has all the attention. */
  written: Float64Array;
  /** token × answer, nats: OV of each head times its attention to the token among average others. */
  arrives: Float64Array;
}

declare module "../quantity" {
  interface Quantities {
    "trigram-tables": { args: Record<string, never>; result: TrigramTables };
  }
}

function tables(at: Checkpoint): TrigramTables {
  const [embed, positions, unembed] = ["embed.W_E", "pos_embed.W_pos", "unembed.W_U"].map((name) => named(at, name)) as [Named, Named, Named];
  const [toQ, toK, toV, toO] = ["Q", "K", "V", "O"].map((part) => named(at, `blocks.0.attn.W_${part}`)) as [Named, Named, Named, Named];
  const [heads, width, size] = toQ.shape as [number, number, number];
  const [tokens, answers, length] = [embed.shape[0]!, unembed.shape[1]!, positions.shape[0]!];
  const end = Float64Array.from({ length: width }, (_, d) => embed.data[(tokens - 1) * width + d]! + positions.data[(length - 1) * width + d]!);
  const made = { tokens, heads, answers, scores: new Float64Array(tokens * heads), written: new Float64Array(tokens * answers), arrives: new Float64Array(tokens * answers) };
  for (let head = 0; head < heads; head++) {
    const of = (weights: Named) => weights.data.subarray(head * width * size, (head + 1) * width * size);
    const query = times(end, 1, of(toQ), width, size).map((value) => value / Math.sqrt(size));
    const scores = times(times(embed.data, tokens, of(toK), width, size), tokens, query, size, 1);
    const values = times(times(times(embed.data, tokens, of(toV), width, size), tokens, of(toO), size, width), tokens, unembed.data, width, answers);
    const attention = typicalAttention(scores, length);
    const middle = mean(scores.subarray(0, FILLERS));
    for (let token = 0; token < tokens; token++) {
      made.scores[token * heads + head] = scores[token]! - middle;
      const row = values.subarray(token * answers, (token + 1) * answers);
      const average = mean(row);
      row.forEach((value, answer) => {
        const lead = ((value - average) * answers) / (answers - 1);
        made.written[token * answers + answer]! += lead;
        made.arrives[token * answers + answer]! += attention[token]! * lead;
      });
    }
  }
  return made;
}

type Named = ReturnType<typeof named>;

/** Attention of END to one occurrence of each token among average fillers, START and END. */
function typicalAttention(scores: Float64Array, length: number): Float64Array {
  const most = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - most));
  const others = mean(raised.subarray(0, FILLERS)) * (length - 3) + raised[raised.length - 2]! + raised[raised.length - 1]!;
  return raised.map((value) => value / (value + others));
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

registerQuantity("trigram-tables", tables);
