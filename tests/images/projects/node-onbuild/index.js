const { readFileSync } = require("fs");
console.log(readFileSync("words.txt", "utf8"));
