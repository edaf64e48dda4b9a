// Builds the explorer: one script and one style sheet, which the Python package ships. `--watch` builds again on change;
// `--out FOLDER` builds elsewhere, for the test that the committed bundle is what the source builds to.
import asc from "assemblyscript/asc";
import * as esbuild from "esbuild";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import path from "node:path";

const root = path.dirname(fileURLToPath(import.meta.url));
const flag = process.argv.indexOf("--out");
const out = flag > 0 ? path.resolve(process.argv[flag + 1]) : path.join(root, "../src/latebloom/explorer/bundle");

const shared = { bundle: true, minify: true, target: "es2022", legalComments: "none", absWorkingDir: root };

/** `import source from "worker:./x.ts"`: the bundled worker as text, so that a page on disk can start it from a Blob. */
const workers = {
  name: "worker",
  setup(build) {
    build.onResolve({ filter: /^worker:/ }, (args) => ({
      path: path.join(args.resolveDir, args.path.slice(7)),
      namespace: "worker",
    }));
    build.onLoad({ filter: /.*/, namespace: "worker" }, async (args) => {
      const made = await esbuild.build({ ...shared, entryPoints: [args.path], write: false, format: "iife", plugins: [kernels], metafile: true });
      const files = Object.keys(made.metafile.inputs).map((file) => path.join(root, file.replace(/^\w+:/, "").split("?")[0]));
      return { contents: made.outputFiles[0].text, loader: "text", watchFiles: files.filter((f) => !f.includes("node_modules")) };
    });
  },
};

/** `import bytes from "wasm:./x.ts?feature"`: AssemblyScript compiled to WebAssembly, as a Uint8Array; with a feature of it, or without. */
const kernels = {
  name: "wasm",
  setup(build) {
    build.onResolve({ filter: /^wasm:/ }, (args) => ({ path: path.join(args.resolveDir, args.path.slice(5)), namespace: "wasm" }));
    build.onLoad({ filter: /.*/, namespace: "wasm" }, async (args) => ({
      contents: await compile(...args.path.split("?")),
      loader: "binary",
      watchFiles: [args.path.split("?")[0]],
    }));
  },
};

async function compile(file, feature) {
  let binary;
  const features = ["simd", ...(feature ? [feature] : [])].flatMap((name) => ["--enable", name]);
  const { error, stderr } = await asc.main(
    [path.relative(root, file), "--baseDir", root, "--outFile", "out.wasm", "-O3", "--noAssert", "--runtime", "stub", ...features, "--importMemory"],
    {
      readFile: async (name, base) => readFile(path.join(base, name), "utf8").catch(() => null),
      writeFile: (name, contents) => void (name.endsWith(".wasm") && (binary = contents)),
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`${file}: ${stderr.toString()}`);
  return binary;
}

const options = {
  ...shared,
  entryPoints: { explorer: path.join(root, "src/main.tsx"), widget: path.join(root, "src/widget.ts") },
  outdir: out,
  format: "esm",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [workers, kernels],
  logLevel: "info",
};

if (process.argv.includes("--watch")) await (await esbuild.context(options)).watch();
else await esbuild.build(options);
