// Copies the few files of the front-end packages that pages use into core/static/vendor/, and makes one
// SVG sprite of the icons listed in icons.txt. Nothing is bundled, nothing is fetched, and a file that would
// fetch something in the browser is refused.
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const target = join(root, "core", "static", "vendor");

const FILES = {
  "@tabler/core/dist/css/tabler.min.css": "tabler.min.css",
  "@tabler/core/dist/js/tabler.min.js": "tabler.min.js",
  "htmx.org/dist/htmx.min.js": "htmx.min.js",
  "tom-select/dist/css/tom-select.bootstrap5.min.css": "tom-select.min.css",
  "tom-select/dist/js/tom-select.complete.min.js": "tom-select.min.js",
  "idb/build/index.js": "idb.js",
  "zxing-wasm/dist/iife/reader/index.js": "zxing.js",
};
const BINARIES = { "zxing-wasm/dist/reader/zxing_reader.wasm": "zxing.wasm" };
// The licence of @tabler/core is named at the top of its files.
const LICENCES = {
  "@tabler/icons": "tabler-icons.txt",
  "htmx.org": "htmx.txt",
  "idb": "idb.txt",
  "tom-select": "tom-select.txt",
  "zxing-wasm": "zxing-wasm.txt",
};

const SOURCE_MAP = /\/\*# sourceMappingURL=.*?\*\/|\/\/# sourceMappingURL=.*$/gm;
const FROM_ANOTHER_HOST = /(?:url\(|@import)\s*["']?\s*(?:https?:)?\/\/[^"')]*/i;

function copyFile(from, to) {
  const text = readFileSync(join(modules, from), "utf8").replace(SOURCE_MAP, "");
  const found = to.endsWith(".css") && FROM_ANOTHER_HOST.exec(text);
  if (found) throw new Error(`${from} loads from another host: ${found[0]}`);
  writeFileSync(join(target, to), text);
}

function symbol(name) {
  const path = join(modules, "@tabler/icons/icons/outline", `${name}.svg`);
  if (!existsSync(path)) throw new Error(`icons.txt names '${name}', which is no Tabler outline icon`);
  const inner = readFileSync(path, "utf8").replace(/<!--[\s\S]*?-->/g, "").replace(/<svg[\s\S]*?>/, "").replace("</svg>", "");
  return `<symbol id="tabler-${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" `
    + `stroke-linecap="round" stroke-linejoin="round">${inner.replace(/\s+/g, " ").trim()}</symbol>`;
}

function writeSprite() {
  const names = readFileSync(join(root, "scripts", "icons.txt"), "utf8").split(/\s+/).filter(Boolean);
  const symbols = [...new Set(names)].sort().map(symbol).join("\n");
  writeFileSync(join(target, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols}\n</svg>\n`);
}

rmSync(target, { recursive: true, force: true });
mkdirSync(join(target, "licences"), { recursive: true });
for (const [from, to] of Object.entries(FILES)) copyFile(from, to);
for (const [from, to] of Object.entries(BINARIES)) copyFileSync(join(modules, from), join(target, to));
for (const [name, to] of Object.entries(LICENCES)) copyFileSync(join(modules, name, "LICENSE"), join(target, "licences", to));
writeSprite();
