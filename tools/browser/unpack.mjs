// Unpacks the browser, and the libraries it needs, into TMPDIR, and writes a starter beside it.
// The package unpacks its libraries only where it believes to run on AWS Lambda: so it is told so.
import { writeFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.env.TMPDIR;
const major = process.versions.node.split(".")[0];
process.env.AWS_EXECUTION_ENV = `AWS_Lambda_nodejs${major}.x`;

const { default: chromium } = await import("@sparticuz/chromium");
const program = await chromium.executablePath();
const starter = `#!/bin/sh
LD_LIBRARY_PATH="${join(folder, "al2023", "lib")}" exec "${program}" "$@"
`;
writeFileSync(join(folder, "start"), starter, { mode: 0o755 });
