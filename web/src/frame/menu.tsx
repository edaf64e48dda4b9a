/** A button that opens a short list of buttons. Escape, a choice, or leaving it closes it. */
import type { ComponentChildren, JSX } from "preact";
import { useRef } from "preact/hooks";

export function Menu({ label, name, children }: { label: string; name: string; children: ComponentChildren }): JSX.Element {
  const details = useRef<HTMLDetailsElement>(null);
  const close = () => details.current?.removeAttribute("open");
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || !details.current?.open) return;
    event.stopPropagation();
    close();
    details.current.querySelector("summary")?.focus();
  };
  const onFocusOut = (event: FocusEvent): void => {
    if (!details.current?.contains(event.relatedTarget as Node | null)) close();
  };
  return (
    <details class="menu" ref={details} onKeyDown={onKeyDown} onFocusOut={onFocusOut}>
      <summary aria-label={name}>{label}</summary>
      <div class="choices" role="group" aria-label={name} onClick={close}>
        {children}
      </div>
    </details>
  );
}
