// Draws each [data-chart] with Observable Plot from the JSON beside it. The data table says the same.
import { dot, lineY, plot, pointerX, ruleY, text, tip } from "@observablehq/plot";

// The look: blue is improvement, orange concern, grey common cause, and each has its own shape.
const SIGNALS = {
  improvement: { colour: "#005eb8", shape: "triangle", word: "improvement" },
  concern: { colour: "#ed8b00", shape: "diamond", word: "concern" },
  common: { colour: "#768692", shape: "circle", word: "" },
};
const INK = "#4c6272";
const MEDIAN = "#212b32";
const dates = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
const numbers = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 2 });

function read(chart) {
  return chart.points.map((point) => ({ ...point, at: new Date(point.date), signal: SIGNALS[point.signal] ?? SIGNALS.common }));
}

function words(point, unit) {
  // A point may say its period and value in words: "June 2026", "12.3%".
  const lines = [point.period ?? dates.format(point.at), point.shown ?? `${numbers.format(point.value)}${unit ? ` ${unit}` : ""}`];
  if (point.numerator != null && point.denominator != null) {
    lines.push(`${numbers.format(point.numerator)} of ${numbers.format(point.denominator)}`);
  }
  if (point.signal.word) lines.push(point.signal.word);
  if (point.note) lines.push(point.note);
  return lines.join("\n");
}

function draw(chart, width) {
  const points = read(chart);
  const narrow = width < 500;
  const known = points.filter((point) => point.value != null);
  const last = known.at(-1);
  const marks = [
    lineY(points, { x: "at", y: "value", stroke: INK, strokeWidth: 1.5 }),
    ...Object.values(SIGNALS).map((signal) =>
      dot(
        known.filter((point) => point.signal === signal),
        { x: "at", y: "value", fill: signal.colour, stroke: "white", strokeWidth: 1, symbol: signal.shape, r: (signal === SIGNALS.common ? 4 : 5.5) * (narrow ? 0.75 : 1) },
      ),
    ),
  ];
  if (chart.median != null && last) {
    marks.unshift(ruleY([chart.median], { stroke: MEDIAN, strokeDasharray: "6,4", strokeWidth: 1.5 }));
    marks.push(
      text([chart.median], {
        y: (value) => value,
        frameAnchor: "right",
        textAnchor: "start",
        dx: 6,
        text: (value) => `median\n${numbers.format(value)}`,
        fill: MEDIAN,
        fontWeight: 600,
        lineAnchor: "middle",
      }),
    );
  }
  marks.push(tip(known, pointerX({ x: "at", y: "value", title: (point) => words(point, chart.unit), fontSize: 14, textPadding: 10 })));
  const values = known.map((point) => point.value).concat(chart.median ?? []);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || Math.abs(high) || 1) * 0.15;
  const picture = plot({
    className: "iocn-plot",
    width,
    height: narrow ? 260 : 320,
    marginLeft: narrow ? 36 : 48,
    marginRight: chart.median == null ? 16 : narrow ? 56 : 68,
    marginTop: 32,
    marginBottom: 44,
    style: { fontSize: "14px", fontFamily: "inherit", color: INK },
    x: { type: "utc", label: null, ticks: Math.max(3, Math.floor(width / 110)) },
    y: {
      label: chart.unit || null,
      labelArrow: "none",
      grid: true,
      nice: true,
      domain: [low >= 0 ? Math.max(0, low - room) : low - room, high + room],
      ticks: 5,
    },
    marks,
  });
  // The policy forbids style elements; ours has its rules (_chart.scss).
  picture.querySelectorAll("style").forEach((style) => style.remove());
  // The place around it is the image and says the sentence; Plot's labels of its parts are not for reading out.
  picture.setAttribute("aria-hidden", "true");
  return picture;
}

function start(figure) {
  if (figure.dataset.drawn) return;
  figure.dataset.drawn = "yes";
  const chart = JSON.parse(document.getElementById(figure.dataset.chart).textContent);
  if (!chart.points.some((point) => point.value != null)) {
    figure.querySelector("[data-picture]").remove();
    return;
  }
  const place = figure.querySelector("[data-picture]");
  place.setAttribute("role", "img");
  place.setAttribute("aria-label", chart.sentence);
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === 0 || width === drawn) return;
    drawn = width;
    place.replaceChildren(draw(chart, width));
  }).observe(place);
}

const startAll = (scope) => scope.querySelectorAll("[data-chart]").forEach(start);
startAll(document);
document.addEventListener("htmx:load", ({ detail }) => startAll(detail.elt));
