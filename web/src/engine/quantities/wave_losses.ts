/**
 * Coefficients of the cos fit, excluded and restricted loss. Python: the measures `cos_coefficients`, `excluded` and
 * `restricted` of `latebloom.circuits.modular.measures`.
 */
import { answers } from "../answers";
import { losses, lossesByTurn, means, wholeLosses, type Losses } from "../losses";
import { pass } from "../pass";
import { wholePass } from "../parts";
import { registerQuantity, type Checkpoint } from "../quantity";
import { cosCoefficient, onlyWaves, removal, wholeTurns } from "../waves";

/** Losses in nats. */
export interface WaveLosses {
  /** By frequency k of the arguments. */
  coefficients: number[];
  /** Train loss without one of these frequencies. Over all pairs where there is no train set, as the next one too. */
  excludedAlone: number[];
  /** Train loss without all key frequencies. */
  excluded: number;
  train: number;
  /** Loss of the waves of the key frequencies alone; null over an empty set. */
  restricted: Losses["loss"];
}

declare module "../quantity" {
  interface Quantities {
    /** Null where the answer is not x + s·y in any order. */
    "wave-losses": { args: { ks: number[] }; result: WaveLosses | null };
  }
}

function waveLosses(at: Checkpoint, { ks }: { ks: number[] }): WaveLosses | null {
  const known = answers(at);
  const turns = wholeTurns(at);
  if (turns === null) return null;
  const keys = at.facts.modular!.key_frequencies;
  const without = (frequencies: number[]) => trainLoss(losses(pass(at).logits, known, removal(turns, frequencies)));
  return {
    coefficients: ks.map((k) => cosCoefficient(turns, k)),
    excludedAlone: ks.map((k) => without([k])),
    excluded: without(keys),
    train: trainLoss(means(wholeLosses(at), known)),
    restricted: lossesByTurn(onlyWaves(turns, keys), turns.sign, known).loss,
  };
}

function trainLoss({ loss }: Losses): number {
  return (loss.train ?? loss.all)!;
}

registerQuantity("wave-losses", waveLosses, wholePass);
