/** The command that makes the same training in Python. */
import { OPTIMISER, STREAM, type Settings } from "./settings";

export function commandOf({ model, operation, p, fraction, width, lr, decay, seed }: Settings, steps: number): string {
  const shape = model === "mlp" ? {} : { "model.d_model": STREAM.d_model, "model.n_heads": STREAM.heads, "model.d_head": STREAM.d_head };
  const settings = {
    "task.name": operation,
    "task.p": p,
    "data.fraction": fraction,
    ...shape,
    "model.d_mlp": width,
    "optimiser.lr": lr,
    "optimiser.weight_decay": decay,
    "optimiser.warmup": OPTIMISER.warmup,
    "training.steps": steps,
  };
  const words = Object.entries(settings).map(([name, value]) => `--${name} ${value}`);
  return `latebloom train ${model === "mlp" ? "mlp" : "mainline"} --seed ${seed} ${words.join(" ")}`;
}
