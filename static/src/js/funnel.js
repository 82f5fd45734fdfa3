// Draws a funnel: proportions or rates by how many they are out of, with the limits of chance around all together.
import { dot, lineY, plot, pointer, ruleY, text, tip } from "@observablehq/plot";
import { apart, CENTRE, format, frame, INK, SIGNALS } from "./look.js";

export function drawFunnel(chart, width) {
  const known = chart.points
    .map((point) => ({ ...point, x: point.cases, y: point.value, kind: SIGNALS[point.signal] ?? SIGNALS.common, lines: [point.name, ...point.words] }))
    .sort((one, other) => one.x - other.x);
  // Of very few the limits are so wide that they would flatten all else: they leave the picture at the top.
  const middle = known[Math.floor(known.length / 2)].x;
  const near = chart.limits.find(([cases]) => cases >= middle);
  const values = [...known.map((point) => point.y), near[1], near[4]];
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const room = (high - low || high || 1) * 0.1;
  const domain = [Math.max(0, low - room), high + room];
  const lines = [1, 2, 3, 4].map((place) => chart.limits.map((at) => ({ x: at[0], y: at[place] })));
  const named = [...lines.map((line, index) => [line.at(-1).y, index % 3 ? "95%" : "99.8%"]), [chart.centre, `all ${format(chart, chart.centre)}`]];
  const labels = named.filter(([value]) => value >= domain[0] && value <= domain[1]).sort(([one], [other]) => one - other);
  const options = { ...frame(width), marginRight: 66 };
  const gap = ((domain[1] - domain[0]) / (options.height - 76)) * 15;
  const places = apart(labels.map(([value]) => value), gap, domain[1]);
  const picture = plot({
    ...options,
    x: { label: chart.across, labelArrow: "none", domain: [0, lines[0].at(-1).x], ticks: Math.max(3, Math.floor(width / 110)) },
    y: { label: chart.unit || null, labelArrow: "none", grid: true, domain, ticks: 5 },
    marks: [
      ...lines.map((line, index) => lineY(line, { x: "x", y: "y", stroke: INK, strokeDasharray: index % 3 ? "1,3" : "5,4", clip: true })),
      ruleY([chart.centre], { stroke: CENTRE, strokeWidth: 1.5 }),
      ...Object.values(SIGNALS).map((kind) =>
        dot(
          known.filter((point) => point.kind === kind),
          // Between the limits of 95% and 99.8% a point is hollow.
          { x: "x", y: "y", symbol: kind.shape, r: kind === SIGNALS.common ? 4 : 5.5, fill: (point) => (point.far || kind === SIGNALS.common ? kind.colour : "white"), stroke: (point) => (point.far || kind === SIGNALS.common ? "white" : kind.colour), strokeWidth: 1.5 },
        ),
      ),
      text(known.filter((point) => point.number), { x: "x", y: "y", text: "number", dx: 9, dy: -9, fill: CENTRE, fontWeight: 600 }),
      text(labels, { y: (_, index) => places[index], frameAnchor: "right", textAnchor: "start", dx: 6, text: ([, name]) => name, fill: ([, name]) => (name.startsWith("all") ? CENTRE : INK), lineAnchor: "middle" }),
      tip(known, pointer({ x: "x", y: "y", title: (point) => point.lines.join("\n"), fontSize: 14, textPadding: 10, lineWidth: 22 })),
    ],
  });
  return { picture, known };
}
