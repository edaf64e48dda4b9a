/** The dialog that lists the keys. */
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { helpIsOpen, KEYS } from "./keys";

export function Help(): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = helpIsOpen.value;
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog class="help-dialog" ref={dialog} aria-labelledby="help-title" onClose={() => (helpIsOpen.value = false)}>
      <h2 id="help-title">Keys</h2>
      <table>
        <tbody>
          {KEYS.map((key) => (
            <tr key={key.shown}>
              <th scope="row">
                <kbd>{key.shown}</kbd>
              </th>
              <td>{key.does}</td>
            </tr>
          ))}
          <tr>
            <th scope="row">
              <kbd>Tab</kbd>
            </th>
            <td>The next control. In a chart or a map, the arrow keys move the read-out.</td>
          </tr>
        </tbody>
      </table>
      <p>The address of the page always holds what is shown: copy it to share the view.</p>
      <button type="button" class="plain" onClick={() => (helpIsOpen.value = false)}>
        Close
      </button>
    </dialog>
  );
}
