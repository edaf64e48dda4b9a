/**
 * The QK and OV circuits of a one-layer attention-only transformer at the last token, `END`.
 * Python: `latebloom.circuits.skip_trigrams`, `end_tables`, `leads`, `typical_attention` and `strengths`.
 */
import type { Tensor } from "../pack";
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
  /** The strongest trigram of every token, strongest first. */
  trigrams: Trigram[];
}

/** `token … END answer`. qk: its score, mean over heads by the size of their ov. ov, strength: leads in nats. */
export interface Trigram {
  token: number;
  answer: number;
  qk: number;
  ov: number;
  strength: number;
}

declare module "../quantity" {
  interface Quantities {
    "trigram-tables": { args: Record<string, never>; result: TrigramTables };
  }
}

/** One head: scores of tokens less the mean of the fillers, attention to each token, and leads, token × answer. */
interface Head {
  scores: Float64Array;
  attention: Float64Array;
  leads: Float64Array;
}

function tables(at: Checkpoint): TrigramTables {
  const tokens = named(at, "embed.W_E").shape[0]!;
  const answers = named(at, "unembed.W_U").shape[1]!;
  const heads = Array.from({ length: named(at, "blocks.0.attn.W_Q").shape[0]! }, (_, number) => headTables(at, number));
  const summed = (value: (head: Head, cell: number) => number) =>
    Float64Array.from({ length: tokens * answers }, (_, cell) => heads.reduce((sum, head) => sum + value(head, cell), 0));
  const written = summed((head, cell) => head.leads[cell]!);
  const arrives = summed((head, cell) => head.attention[Math.floor(cell / answers)]! * head.leads[cell]!);
  const strongest = (token: number): Trigram => {
    const row = arrives.subarray(token * answers, (token + 1) * answers);
    const answer = row.reduce((best, value, i) => (value > row[best]! ? i : best), 0);
    const cell = token * answers + answer;
    const size = heads.reduce((sum, head) => sum + Math.abs(head.leads[cell]!), 0) || 1;
    const qk = heads.reduce((sum, head) => sum + (Math.abs(head.leads[cell]!) / size) * head.scores[token]!, 0);
    return { token, answer, qk, ov: written[cell]!, strength: arrives[cell]! };
  };
  return {
    tokens,
    heads: heads.length,
    answers,
    scores: Float64Array.from({ length: tokens * heads.length }, (_, cell) => heads[cell % heads.length]!.scores[Math.floor(cell / heads.length)]!),
    written,
    arrives,
    trigrams: Array.from({ length: tokens }, (_, token) => strongest(token)).sort((a, b) => b.strength - a.strength),
  };
}

function headTables(at: Checkpoint, number: number): Head {
  const [embed, positions, unembed] = ["embed.W_E", "pos_embed.W_pos", "unembed.W_U"].map((name) => named(at, name)) as [Tensor, Tensor, Tensor];
  const [width, size] = named(at, "blocks.0.attn.W_Q").shape.slice(1) as [number, number];
  const of = (part: string) => named(at, `blocks.0.attn.W_${part}`).data.subarray(number * width * size, (number + 1) * width * size);
  const [tokens, answers, length] = [embed.shape[0]!, unembed.shape[1]!, positions.shape[0]!];
  const end = Float64Array.from({ length: width }, (_, d) => embed.data[(tokens - 1) * width + d]! + positions.data[(length - 1) * width + d]!);
  const query = times(end, 1, of("Q"), width, size).map((value) => value / Math.sqrt(size));
  const scores = times(times(embed.data, tokens, of("K"), width, size), tokens, query, size, 1);
  const values = times(times(embed.data, tokens, of("V"), width, size), tokens, of("O"), size, width);
  const logits = times(values, tokens, unembed.data, width, answers);
  const middle = mean(scores.subarray(0, FILLERS));
  return { scores: scores.map((score) => score - middle), attention: typicalAttention(scores, length), leads: leadsOf(logits, answers) };
}

/** Each answer over the mean of the others of its row. */
function leadsOf(logits: Float64Array, answers: number): Float64Array {
  return logits.map((value, cell) => {
    const start = cell - (cell % answers);
    return ((value - mean(logits.subarray(start, start + answers))) * answers) / (answers - 1);
  });
}

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
