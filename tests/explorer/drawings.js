// By view: how many colours its canvases show, how many shapes it has, what it complains of, and a fingerprint of the whole.
() => {
  const scratch = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const pixels = (canvas) => {
    if (canvas.width * canvas.height === 0) return new Uint32Array(0);
    Object.assign(scratch.canvas, { width: canvas.width, height: canvas.height });
    scratch.drawImage(canvas, 0, 0);
    return new Uint32Array(scratch.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  };
  const described = (card) => {
    const canvases = [...card.querySelectorAll("canvas")].map(pixels);
    const print = canvases.map((canvas) => canvas.reduce((sum, pixel) => (31 * sum + pixel) | 0, 0));
    return {
      colours: Math.max(0, ...canvases.map((canvas) => new Set(canvas).size)),
      shapes: card.querySelectorAll("svg:not(.glyph) :is(path, circle, line, polyline, rect), td, input, .missing").length,
      faults: [...card.querySelectorAll(".error, .waiting")].map((fault) => fault.textContent),
      print: [...print, card.innerHTML].join("\n"),
    };
  };
  return Object.fromEntries([...document.querySelectorAll(".card")].map((card) => [card.id.slice("view-".length), described(card)]));
}
