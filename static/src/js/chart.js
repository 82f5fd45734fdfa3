// Draws each [data-chart] with Observable Plot from the JSON beside it. The table on the page says the same.
import { dot, lineY, plot, pointerX, ruleX, ruleY, text, tip } from "@observablehq/plot";
import { savePicture } from "./chart-save.js";
import { drawFunnel } from "./funnel.js";
import { apart, CENTRE, format, frame, INK, numbered, plain, RULES, SIGNALS } from "./look.js";

const TARGET = "#b5121b";
const KEY_LINE = 20;
const days = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const months = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric", timeZone: "UTC" });

const day = (text) => new Date(text);
const period = (chart, point) => point.period ?? (point.at.getUTCDate() === 1 && !chart.by_day ? months : days).format(point.at);

// Without colour, the words of a point: "June 2026: 12.3%, 12 of 98. Improvement: seven or more below the mean."
function words(chart, point) {
  const lines = [period(chart, point), point.value == null ? "no number" : (point.shown ?? `${format(chart, point.value)}${chart.suffix ?? ` ${chart.unit ?? ""}`.trimEnd()}`)];
  if (point.numerator != null && point.denominator != null) {
    lines.push(`${plain(point.numerator)} of ${plain(point.denominator)}`);
  }
  if (point.kind.word) lines.push(point.rule ? `${point.kind.word}: ${point.rule}` : point.kind.word);
  if (point.out) lines.push(`left out: ${point.out}`);
  if (point.note) lines.push(point.note);
  return lines;
}

function read(chart) {
  const points = chart.points
    .map((point) => ({ ...point, ...chart.rules?.[point.why] }))
    .map((point) => ({ ...point, at: day(point.date), kind: SIGNALS[point.signal] ?? SIGNALS.common, rules: RULES[point.shape] }));
  const lines = [];
  for (const [number, phase] of (chart.phases ?? []).entries()) {
    const at = (line, index) => (Array.isArray(line) ? line[index - phase.first] : line);
    for (let index = phase.first; index <= phase.last; index++) {
      lines.push({ at: points[index].at, phase: number, centre: phase.centre, lower: at(phase.lower, index), upper: at(phase.upper, index) });
    }
  }
  const known = points.filter((point) => point.value != null).map((point) => ({ ...point, x: point.at, y: point.value, lines: words(chart, point) }));
  return { points, lines, known };
}

// Under the picture, in as many lines as it takes: which shape is which rule, and which colour means what, of those that
// are in it.
function key(signals, { width, marginLeft }) {
  const shapes = Object.values(RULES).filter((rule) => signals.some((point) => point.rules === rule));
  const meanings = Object.values(SIGNALS).filter((kind) => signals.some((point) => point.kind === kind));
  const entries = [
    ...shapes.map(({ symbol, rotate, word }) => ({ word, look: { symbol, rotate, fill: INK } })),
    ...meanings.map(({ colour, edge, word }) => ({ word, look: { fill: colour, stroke: edge } })),
  ];
  const narrow = width < 500;
  let [x, lines] = [0, entries.length ? 1 : 0];
  const marks = entries.flatMap(({ word, look }) => {
    const wide = 30 + word.length * (narrow ? 5.2 : 6.2);
    if (x + wide > width) [x, lines] = [0, lines + 1];
    const place = { frameAnchor: "bottom-left", dx: x + 6 - marginLeft, dy: 24 + lines * KEY_LINE };
    x += wide;
    return [
      dot([word], { ...place, r: 5, ...look }),
      text([word], { ...place, dx: place.dx + 10, text: (said) => said, textAnchor: "start", lineAnchor: "middle", fontSize: narrow ? 11 : 13, fill: CENTRE }),
    ];
  });
  return { marks, tall: lines * KEY_LINE };
}

function draw(chart, width) {
  const { points, lines, known } = read(chart);
  const narrow = width < 500;
  const small = (narrow ? 0.75 : 1) * (known.length > 60 ? 0.7 : 1);
  const events = (chart.events ?? []).map((event) => ({ at: day(event.date) }));
  const begins = (chart.phases ?? []).slice(1).map((phase) => points[phase.first].at);
  const last = lines.at(-1);
  const limits = lines.filter((line) => line.upper != null && line.lower != null);
  const labels = [];
  if (last?.centre != null) labels.push([last.centre, chart.centre_name ?? "mean", CENTRE]);
  if (last?.upper != null) labels.push([last.upper, "upper limit", INK]);
  if (last?.lower != null) labels.push([last.lower, "lower limit", INK]);
  if (chart.target != null) labels.push([chart.target, "target", TARGET]);
  const values = [...known.map((point) => point.value), ...labels.map(([value]) => value), ...limits.flatMap((line) => [line.upper, line.lower])];
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = (high - low || Math.abs(high) || 1) * 0.1;
  const domain = [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
  const signals = known.filter((point) => point.rules && !point.out);
  const look = frame(width);
  const below = key(signals, look);
  const gap = ((domain[1] - domain[0]) / (look.height - 76)) * 30;
  const options = { ...look, height: look.height + below.tall, marginBottom: look.marginBottom + below.tall, marginRight: labels.length ? (narrow ? 74 : 84) : 16 };
  labels.sort(([one], [other]) => one - other);
  const places = apart(labels.map(([value]) => value), gap, domain[1]);
  const times = [...points, ...events].map(({ at }) => +at);
  const [first, final] = [Math.min(...times), Math.max(...times)];
  const across = width - options.marginLeft - options.marginRight;
  const numbers = numbered(events, ({ at }) => (across * (at - first)) / (final - first || 1), narrow ? 8 : 9);
  const marks = [
    ruleX(begins, { stroke: INK, strokeDasharray: "1,3" }),
    ruleX(events, { x: "at", stroke: "#aeb7bd" }),
    lineY(limits, { x: "at", y: "upper", z: "phase", stroke: INK, strokeDasharray: "5,4" }),
    lineY(limits, { x: "at", y: "lower", z: "phase", stroke: INK, strokeDasharray: "5,4" }),
    lineY(lines.filter((line) => line.centre != null), { x: "at", y: "centre", z: "phase", stroke: CENTRE, strokeWidth: 1.5 }),
    chart.target == null ? null : ruleY([chart.target], { stroke: TARGET, strokeDasharray: "9,3,2,3" }),
    lineY(points, { x: "at", y: "value", stroke: SIGNALS.common.colour, strokeWidth: 1.5 }),
    dot(known.filter((point) => !point.rules && !point.out), { x: "at", y: "value", fill: SIGNALS.common.colour, stroke: "white", strokeWidth: 1, r: 4 * small }),
    ...Object.values(RULES).flatMap((rule) =>
      Object.values(SIGNALS).map((kind) =>
        dot(
          signals.filter((point) => point.rules === rule && point.kind === kind),
          { x: "at", y: "value", fill: kind.colour, stroke: kind.edge, strokeWidth: 1, symbol: rule.symbol, rotate: rule.rotate, r: 6 * small },
        ),
      ),
    ),
    dot(known.filter((point) => point.out), { x: "at", y: "value", fill: "white", stroke: INK, strokeWidth: 1.5, symbol: "times", r: 5 * small }),
    ...below.marks,
    text(numbers, { x: "at", frameAnchor: "top", dy: -12, text: "label", fill: CENTRE, fontWeight: 600 }),
    ...labels.map(([value, name, fill], index) =>
      text([value], {
        y: () => places[index],
        frameAnchor: "right",
        textAnchor: "start",
        dx: 6,
        text: () => `${name}\n${format(chart, value)}`,
        fill,
        fontSize: narrow ? 11 : 13,
        lineAnchor: "middle",
      }),
    ),
    tip(known, pointerX({ x: "at", y: "value", title: (point) => point.lines.join("\n"), fontSize: 14, textPadding: 10, lineWidth: 22 })),
  ];
  const picture = plot({
    ...options,
    x: { type: "utc", label: null, ticks: Math.max(3, Math.floor(width / 110)) },
    y: { label: chart.unit || null, labelArrow: "none", grid: true, domain, ticks: 5 },
    marks,
  });
  return { picture, known };
}

// Draws what the chart is, ready to enter the page.
function paint(chart, width) {
  const drawn = chart.kind === "funnel" ? drawFunnel(chart, width) : draw(chart, width);
  // The policy forbids style elements; ours has its rules (_chart.scss).
  drawn.picture.querySelectorAll("style").forEach((style) => style.remove());
  // The place around it is named by the sentence; Plot's labels of its parts are not for reading out.
  drawn.picture.setAttribute("aria-hidden", "true");
  return drawn;
}

// Left and right, Home and End go from point to point; each is read aloud.
function move(place, said, drawn) {
  const ring = document.createElementNS("http://www.w3.org/2000/svg", "circle");
  ring.setAttribute("class", "iocn-chart__ring");
  ring.setAttribute("r", "9");
  let at = null;
  const show = () => {
    const { picture, known } = drawn();
    const point = known[at];
    ring.setAttribute("cx", picture.scale("x").apply(point.x));
    ring.setAttribute("cy", picture.scale("y").apply(point.y));
    picture.append(ring);
    said.textContent = point.lines.join(", ");
  };
  place.addEventListener("keydown", (event) => {
    const end = drawn().known.length - 1;
    const now = at ?? end + 1;
    const next = { ArrowLeft: now - 1, ArrowRight: at == null ? end : now + 1, Home: 0, End: end }[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    at = Math.max(0, Math.min(end, next));
    show();
  });
  place.addEventListener("blur", () => {
    at = null;
    ring.remove();
    said.textContent = "";
  });
}

function start(figure) {
  if (figure.dataset.drawn) return;
  figure.dataset.drawn = "yes";
  const chart = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  const place = figure.querySelector("[data-picture]");
  if (!chart.points.some((point) => point.value != null)) {
    place.remove();
    return;
  }
  place.tabIndex = 0;
  place.setAttribute("role", "application");
  place.setAttribute("aria-roledescription", "chart");
  place.setAttribute("aria-label", `${chart.sentence} Left and right arrow keys go from ${chart.kind === "funnel" ? "the fewest to the most" : "number to number"}.`);
  let now = null;
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === 0 || width === drawn) return;
    drawn = width;
    performance.mark("iocn-chart");
    now = paint(chart, width);
    place.replaceChildren(now.picture);
    performance.measure("iocn-chart", "iocn-chart");
  }).observe(place);
  move(place, figure.querySelector("[data-said]"), () => now);
  for (const button of figure.querySelectorAll("[data-save], [data-print]")) {
    button.hidden = false;
    // A download is as wide as a report wants it, whatever the screen.
    button.addEventListener("click", () => (button.dataset.save ? savePicture(chart, paint(chart, 960).picture, button.dataset.save) : print()));
  }
}

const startAll = (scope) => scope.querySelectorAll("[data-chart]").forEach(start);
startAll(document);
document.addEventListener("htmx:load", ({ detail }) => startAll(detail.elt));
