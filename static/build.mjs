// Builds static/dist from static/src: one style sheet, three scripts, the images they name. Run by `make`.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { compile } from "sass";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "src");
const target = join(here, "dist");
const modules = join(here, "..", "node_modules");

await rm(target, { recursive: true, force: true });
await mkdir(join(target, "images"), { recursive: true });

async function styles() {
  // quietDeps: nhsuk-frontend's own deprecations are not ours to mend.
  const { css } = compile(join(source, "scss", "iocn.scss"), { loadPaths: [modules], quietDeps: true });
  const { code } = await transform(css, { loader: "css", minify: true });
  await writeFile(join(target, "iocn.css"), code);
  // Only the icons that the sheet names, so that no address in it leads nowhere.
  const names = new Set([...code.matchAll(/url\("?images\/([\w-]+\.svg)"?\)/g)].map((found) => found[1]));
  const icons = join(modules, "nhsuk-frontend", "dist", "nhsuk", "assets", "images");
  await Promise.all([...names].map((name) => copyFile(join(icons, name), join(target, "images", name))));
}

async function scripts() {
  const { warnings } = await build({
    entryPoints: ["app.js", "chart.js", "passkey.js"].map((name) => join(source, "js", name)),
    outdir: target,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
  });
  if (warnings.length) throw new Error("The scripts build with warnings.");
}

await Promise.all([styles(), scripts(), copyFile(join(source, "img", "favicon.svg"), join(target, "favicon.svg"))]);

const css = await readFile(join(target, "iocn.css"), "utf8");
if (/https?:\/\//.test(css)) throw new Error("The style sheet names an outside address.");
