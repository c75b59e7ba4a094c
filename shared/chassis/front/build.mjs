// build.mjs OUT: compiles the stylesheet and cuts the font to the letters the pages use. Called by `python -m chassis.assets
// build`, which gives the files their hashed names; `asset:NAME` in the stylesheet stands for such a name.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";
import subsetFont from "subset-font";

const front = dirname(fileURLToPath(import.meta.url));
const modules = join(front, "../../../node_modules");
const out = process.argv[2];
mkdirSync(out, { recursive: true });

const range = (first, last) =>
  Array.from({ length: last - first + 1 }, (_, offset) => String.fromCodePoint(first + offset)).join("");

// unicode-range in css/tokens.css repeats these sets, so that a browser asks only for what a page needs
const letters = {
  cyrillic: range(0x0400, 0x045f) + "№",
  latin: range(0x20, 0x7e) + "\u00a0§©«°±²³·»½×÷\u2009\u202f‐‑–—‘’“”„•…′″←↑→↓−≈≤≥",
  "latin-ext": "₽",
};

for (const [subset, text] of Object.entries(letters)) {
  const source = join(modules, `@fontsource-variable/golos-text/files/golos-text-${subset}-wght-normal.woff2`);
  const font = await subsetFont(readFileSync(source), text, {
    targetFormat: "woff2",
    variationAxes: { wght: { min: 400, max: 700 } },
  });
  writeFileSync(join(out, `golos-${subset}.woff2`), font);
}

const { css } = compile(join(front, "app.scss"), { style: "compressed", loadPaths: [modules], quietDeps: true });
writeFileSync(join(out, "app.css"), css);
copyFileSync(join(modules, "htmx.org/dist/htmx.min.js"), join(out, "htmx.js"));
for (const name of ["icons.svg", "favicon.svg"]) copyFileSync(join(front, name), join(out, name));
copyFileSync(join(front, "js/app.js"), join(out, "app.js"));
