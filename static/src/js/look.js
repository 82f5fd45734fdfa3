// What all charts have in common: blue is improvement, orange with a dark edge concern, purple neither, grey common cause.
export const SIGNALS = {
  improvement: { colour: "#005eb8", edge: "white", shape: "triangle", word: "improvement" },
  concern: { colour: "#ed8b00", edge: "#212b32", shape: "diamond", word: "concern" },
  neither: { colour: "#7c2855", edge: "white", shape: "square", word: "signal" },
  common: { colour: "#768692", edge: "white", shape: "circle", word: "" },
};
// What makes a point a signal has its own shape in a chart over time: none that its icons give a meaning, and no star,
// which would praise.
export const RULES = {
  limit: { symbol: "hexagon", word: "beyond a limit" },
  rising: { symbol: "triangle", word: "rising" },
  falling: { symbol: "triangle", rotate: 180, word: "falling" },
  near: { symbol: "wye", word: "two of three" },
  run: { symbol: "cross", word: "on one side" },
};
export const INK = "#4c6272";
export const CENTRE = "#212b32";
const numbers = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 10 });

export const plain = (value) => numbers.format(value);
export const format = (chart, value) =>
  chart.decimals == null ? plain(value) : value.toLocaleString("en-GB", { minimumFractionDigits: chart.decimals, maximumFractionDigits: chart.decimals });

// The frame of a picture, the same for all; marks and scales are the chart's own.
export const frame = (width) => ({
  className: "iocn-plot",
  width,
  height: width < 500 ? 280 : 340,
  marginLeft: width < 500 ? 36 : 48,
  marginTop: 32,
  marginBottom: 44,
  style: { fontSize: width < 500 ? "12px" : "14px", fontFamily: "inherit", color: INK },
});

// What happened is numbered above the picture. Numbers that would touch stand together: "2–4", in the middle of theirs.
// `x` says where an event lies, in pixels, and `em` how wide a digit is.
export function numbered(events, x, em) {
  const groups = [];
  const label = ({ from, to }) => (from === to ? `${from + 1}` : `${from + 1}–${to + 1}`);
  const middle = ({ from, to }) => (x(events[from]) + x(events[to])) / 2;
  const half = (group) => ((label(group).length + 1) * em) / 2;
  const touch = (one, other) => middle(other) - middle(one) < half(one) + half(other);
  for (const index of events.keys()) {
    groups.push({ from: index, to: index });
    while (groups.length > 1 && touch(groups.at(-2), groups.at(-1))) groups.at(-2).to = groups.pop().to;
  }
  return groups.map((group) => ({ at: new Date((+events[group.from].at + +events[group.to].at) / 2), label: label(group) }));
}

// Where labels of lines go, from the lowest to the highest: those near each other are moved apart, so that each can be
// read. `gap` is the least room between two, `most` the highest place.
export function apart(values, gap, most) {
  const places = [];
  for (const value of values) places.push(Math.max(value, (places.at(-1) ?? -Infinity) + gap));
  for (let index = places.length - 1, top = most; index >= 0 && places[index] > top; index--, top -= gap) places[index] = top;
  return places;
}
