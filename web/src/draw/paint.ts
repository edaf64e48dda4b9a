/** Numbers as pixels: one pixel a number, in the colours of a table from `low` to `high`; NaN is left blank. */
export function paint(canvas: HTMLCanvasElement, rows: number, columns: number, values: ArrayLike<number>, low: number, high: number, table: Uint8ClampedArray): void {
  const context = canvas.getContext("2d")!;
  const image = context.createImageData(columns, rows);
  const colours = new Uint32Array(table.buffer);
  const pixels = new Uint32Array(image.data.buffer);
  const scale = 255 / (high - low || 1);
  for (let i = 0; i < pixels.length; i++) {
    const value = values[i]!;
    pixels[i] = Number.isNaN(value) ? 0 : colours[Math.max(0, Math.min(255, Math.round((value - low) * scale)))]!;
  }
  context.putImageData(image, 0, 0);
}
