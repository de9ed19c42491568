import ms from "ms";

declare const console: { log(text: string): void };

console.log(`two days are ${ms("2 days")} milliseconds`);
