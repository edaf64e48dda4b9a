/** How much of the embedding lies along each wave. */
import type { JSX } from "preact";
import { Lines } from "../draw/lines";
import { seriesColour } from "../draw/palette";
import { useQuantity } from "../engine/client";
import { registerView } from "../registry";
import { toggleFrequency, frequency } from "../state";

function EmbeddingSpectrum(): JSX.Element {
  const { value, error } = useQuantity("embedding-spectrum", {}).value;
  if (error) return <p class="error">{error}</p>;
  if (!value) return <p class="waiting">Computing …</p>;
  return (
    <Lines
      label="Embedding spectrum"
      x={value.frequencies}
      xName="frequency k"
      yName="norm"
      lines={[
        { label: "cos", values: value.cos, colour: seriesColour(0) },
        { label: "sin", values: value.sin, colour: seriesColour(1) },
      ]}
      marker={frequency.value}
      onPick={(k) => toggleFrequency(Math.round(k))}
    />
  );
}

registerView({ name: "embedding-spectrum", title: "Waves in the embedding", chapter: "circuit", order: 0, isFor: (shown) => shown.modular !== null, Body: EmbeddingSpectrum });
