import fastify from "fastify";
import "./worker.js";

console.log("spinning");
