// Saves a chart's picture, with its title and sentence above it, as a file of its own: SVG, or PNG twice as sharp.
const SVG = "http://www.w3.org/2000/svg";
const FONT = "Arial, sans-serif";
const SIDE = 16;
const LINE = 20;

function lines(sentence, most) {
  const found = [""];
  for (const word of sentence.split(" ")) {
    if (`${found.at(-1)} ${word}`.length > most) found.push(word);
    else found[found.length - 1] = `${found.at(-1)} ${word}`.trim();
  }
  return found;
}

function whole(chart, picture) {
  const words = [chart.title + (chart.made_up ? " (made-up numbers)" : ""), ...lines(chart.sentence, 125)];
  const happened = (chart.events ?? []).map((event, index) => `${index + 1}  ${event.day}: ${event.text}`);
  const [width, height] = [Number(picture.getAttribute("width")), Number(picture.getAttribute("height"))];
  const top = SIDE + words.length * LINE + 8;
  const all = document.createElementNS(SVG, "svg");
  const tall = top + height + happened.length * LINE + SIDE;
  for (const [name, value] of Object.entries({ xmlns: SVG, width: width + 2 * SIDE, height: tall, "font-family": FONT, "font-size": 14, fill: "#212b32" })) {
    all.setAttribute(name, value);
  }
  const add = (name, attributes, content = "") => {
    const made = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = content;
    all.append(made);
  };
  add("title", {}, chart.title);
  add("rect", { width: "100%", height: "100%", fill: "white" });
  words.forEach((line, index) => add("text", { x: SIDE, y: SIDE + 12 + index * LINE, "font-weight": index ? 400 : 700 }, line));
  const inner = picture.cloneNode(true);
  inner.removeAttribute("class");
  inner.removeAttribute("style");
  // What the style sheet says on the page.
  for (const [name, value] of Object.entries({ x: SIDE, y: top, "font-family": FONT, "font-size": 14, color: "#4c6272" })) inner.setAttribute(name, value);
  all.append(inner);
  happened.forEach((line, index) => add("text", { x: SIDE, y: top + height + (index + 1) * LINE }, line));
  return all;
}

function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function savePicture(chart, picture, kind) {
  const all = whole(chart, picture);
  const source = new XMLSerializer().serializeToString(all);
  const name = `${chart.title.replace(/[^\p{L}\p{N}]+/gu, "-").toLowerCase()}.${kind}`;
  if (kind === "svg") {
    offer(new Blob([source], { type: "image/svg+xml" }), name);
    return;
  }
  const image = new Image();
  image.addEventListener("load", () => {
    const canvas = document.createElement("canvas");
    canvas.width = 2 * Number(all.getAttribute("width"));
    canvas.height = 2 * Number(all.getAttribute("height"));
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob((blob) => offer(blob, name), "image/png");
  });
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
}
