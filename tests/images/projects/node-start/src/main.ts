import { readFileSync } from "node:fs";
import koa from "koa";

console.log("started");
const page = readFileSync("public/index.html", "utf8");
