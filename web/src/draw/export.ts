/** Saving a view: PNG, SVG and CSV. A drawing offers itself to the card that it stands in. */
import { signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext, useEffect, useRef } from "preact/hooks";

export interface Saveable {
  /** The drawing as an SVG document; a PNG is drawn from it. */
  svg(): string;
  /** The numbers behind the drawing, with a heading line that names columns and units. */
  csv(): string;
}

export class Shelf {
  readonly drawings: { current: Saveable }[] = [];
  /** Their number, for what is drawn again when it changes. */
  readonly count = signal(0);

  add(drawing: { current: Saveable }): void {
    this.count.value = this.drawings.push(drawing);
  }

  remove(drawing: { current: Saveable }): void {
    this.drawings.splice(this.drawings.indexOf(drawing), 1);
    this.count.value = this.drawings.length;
  }
}

export const ShelfContext = createContext<Shelf | null>(null);

/** Offer a drawing to the card; `drawing` is read when the visitor saves. */
export function useSaveable(drawing: Saveable): void {
  const shelf = useContext(ShelfContext);
  const entry = useRef(drawing);
  entry.current = drawing;
  useEffect(() => {
    if (shelf === null) return;
    shelf.add(entry);
    return () => shelf.remove(entry);
  }, [shelf]);
}

export function save(name: string, content: BlobPart, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** An SVG document as a PNG at twice its size. */
export async function toPng(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = 2 * image.width;
  canvas.height = 2 * image.height;
  canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture could be made"))), "image/png"));
}

/** Cells of a CSV line, quoted where they must be. */
export function csvLine(cells: (string | number | null)[]): string {
  return cells.map((cell) => (cell === null ? "" : /[",\n]/.test(String(cell)) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell))).join(",");
}
