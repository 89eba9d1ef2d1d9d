// Superset's adaptive number format knows only English: 5.2T, 3.1B, 1.5k. Here it becomes 5,2 tri, 3,1 bi, 1,5 mil.
// The format lives in a registry inside Superset's bundle, which webpack keeps to itself: an empty chunk asks for the
// `require` of the bundle, and the registry is recognised by its name. Should a later Superset hide it, the numbers
// fall back to English; tests/browser notices.
(() => {
  const scales = [[1e12, " tri"], [1e9, " bi"], [1e6, " mi"], [1e3, " mil"]];
  const text = (value, digits) =>
    value.toLocaleString("pt-BR", { maximumFractionDigits: digits });

  const compact = (value) => {
    const size = Math.abs(value);
    // 999,96 mil is 1 mi once rounded: choose the scale by what will be shown.
    const scale = scales.find(([unit]) => Math.round(size / unit * 100) / 100 >= 1);
    if (!scale) return text(value, size >= 1 || size === 0 ? 2 : 4);
    const scaled = value / scale[0];
    return text(scaled, Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2) + scale[1];
  };

  let load;
  (self.webpackChunksuperset = self.webpackChunksuperset || []).push([["lagoa"], {}, (require) => { load = require; }]);

  const seen = new Set();
  const registry = () => {
    for (const [id, factory] of Object.entries(load?.m ?? {})) {
      if (seen.has(id)) continue;
      seen.add(id);
      if (!/\(\)\.setD3Format\(/.test(factory.toString())) continue;
      for (const member of Object.values(load(id))) {
        if (typeof member !== "function" || member.length) continue;
        const found = member();
        if (found?.name === "NumberFormatter" && found.registerValue) return found;
      }
    }
    return undefined;
  };

  const deadline = Date.now() + 20000;
  const install = () => {
    const numbers = registry();
    if (!numbers) {
      if (Date.now() < deadline) setTimeout(install, 10);
      return;
    }
    const Formatter = numbers.get("SMART_NUMBER").constructor;
    const signed = (value) => (value > 0 ? "+" : "") + compact(value);
    for (const [id, formatFunc] of [["SMART_NUMBER", compact], ["SMART_NUMBER_SIGNED", signed]]) {
      numbers.overwritePolicy = "ALLOW";
      numbers.registerValue(id, new Formatter({ id, label: "Número compacto (mil, mi, bi, tri)", formatFunc }));
    }
  };
  install();
})();
