// Superset's adaptive number format knows only English: 5.2T, 3.1B, 1.5k. Here it becomes 5,2 tri, 3,1 bi, 1,5 mil.
// The format lives in a registry inside Superset's bundle. This script stands in the head, before the bundle's own,
// and listens to the chunks that the bundle's parts push: the module that makes the registry is run as it is, and the
// format put in its place right after. Should a later Superset hide the registry, numbers fall back to English;
// tests/e2e/browser notices.
(() => {
  const scales = [[1e12, " tri"], [1e9, " bi"], [1e6, " mi"], [1e3, " mil"]];
  const text = (value, digits) => value.toLocaleString("pt-BR", { maximumFractionDigits: digits });

  const compact = (value) => {
    const size = Math.abs(value);
    const scale = scales.find(([unit]) => size / unit >= 0.9995);
    if (!scale) return text(value, size >= 1 || size === 0 ? 2 : 4);
    const scaled = value / scale[0];
    return text(scaled, Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2) + scale[1];
  };
  const signed = (value) => (value > 0 ? "+" : "") + compact(value);

  const install = (registry) => {
    const Formatter = registry.get("SMART_NUMBER").constructor;
    registry.overwritePolicy = "ALLOW";
    for (const [id, formatFunc] of [["SMART_NUMBER", compact], ["SMART_NUMBER_SIGNED", signed]]) {
      registry.registerValue(id, new Formatter({ id, label: "Número compacto (mil, mi, bi, tri)", formatFunc }));
    }
  };

  // The registry's module offers setD3Format; so does the one for dates, told apart by its name.
  const watched = (factory) => function (module, exports, require) {
    factory.call(this, module, exports, require);
    for (const member of Object.values(exports)) {
      const found = typeof member === "function" && member.length === 0 ? member() : undefined;
      if (found?.name === "NumberFormatter" && found.registerValue) return install(found);
    }
    return undefined;
  };
  const watch = (chunk) => {
    for (const [id, factory] of Object.entries(chunk[1] ?? {})) {
      if (factory.toString().includes("().setD3Format(")) chunk[1][id] = watched(factory);
    }
    return chunk;
  };

  const chunks = (self.webpackChunksuperset = self.webpackChunksuperset || []);
  chunks.forEach(watch);
  let push = chunks.push.bind(chunks);
  Object.defineProperty(chunks, "push", {
    get: () => { const current = push; return (...pushed) => current(...pushed.map(watch)); },
    set: (replaced) => { push = replaced; },
  });
})();
