const keys = require("@private/keys");
console.log("private");
