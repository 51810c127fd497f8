import yargs from "yargs";
import { slug } from "./slug";

const given = yargs(process.argv.slice(2)).option("title", { type: "string", default: "Hello, wörld!" }).parseSync();
console.log(slug(given.title));
