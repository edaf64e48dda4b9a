/** The panel of the guided tour, at the foot of the window. */
import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { highlighted, storyStop } from "../state";
import { closeStory, currentStop, goToStop, moveStory, storyStops } from "./tour";

export function Story(): JSX.Element | null {
  const title = useRef<HTMLHeadingElement>(null);
  const stop = currentStop.value;
  const number = storyStop.value ?? 0;
  useSignalEffect(() => {
    highlighted.value = currentStop.value?.view ?? "";
  });
  useEffect(() => {
    // The focus goes to the new stop, so that a screen reader reads it and Tab goes on from it.
    if (stop !== null) title.current?.focus({ preventScroll: true });
  }, [stop]);
  if (stop === null) return null;
  const all = storyStops();
  return (
    <aside class="story" aria-label="Guided tour">
      <div class="progress">
        {all.map((each, i) => (
          <button
            type="button"
            key={each.title}
            aria-label={`Stop ${i + 1}: ${each.title}`}
            aria-current={i + 1 === number ? "step" : undefined}
            title={each.title}
            class={i + 1 < number ? "seen" : ""}
            onClick={() => goToStop(i + 1)}
          />
        ))}
        <span class="soft">
          {number} of {all.length}
        </span>
        <button type="button" class="icon close" aria-label="Close the tour" title="Close the tour (Esc)" onClick={closeStory}>
          ×
        </button>
      </div>
      <h2 ref={title} tabIndex={-1}>
        {stop.title}
      </h2>
      <p>{stop.text}</p>
      {stop.words.length > 0 && (
        <dl class="words">
          {stop.words.map(([word, meaning]) => (
            <div key={word}>
              <dt>{word}</dt>
              <dd>{meaning}</dd>
            </div>
          ))}
        </dl>
      )}
      <div class="moves">
        <button type="button" class="plain" disabled={number === 1} onClick={() => moveStory(-1)}>
          Back <kbd>b</kbd>
        </button>
        <button type="button" class="primary" onClick={() => moveStory(1)}>
          {number === all.length ? "Finish" : "Next"} <kbd>n</kbd>
        </button>
      </div>
    </aside>
  );
}
