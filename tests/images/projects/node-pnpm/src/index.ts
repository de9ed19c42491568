import http from "node:http";

console.log("packed");
