// Sends every request of a collection, once, in its order: node newman.cjs COLLECTION [ENVIRONMENT]
const newman = require("newman");
const [collection, environment] = process.argv.slice(2);
newman.run({ collection, environment, timeoutRequest: 20000 }, (error, summary) => {
  const failures = summary ? summary.run.failures.map((each) => `${each.source.name}: ${each.error.message}`) : [];
  if (error || failures.length) {
    console.error(error || failures.join("\n"));
    process.exitCode = 1;
  }
});
