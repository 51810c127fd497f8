const fs = require("fs");
const fastcount = require("bindings")("fastcount");

console.log(fastcount.count(fs.readFileSync("package.json")), "lines");
