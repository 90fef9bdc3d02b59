// title: Which methods were evaluated on a dataset since a year?
// description: Methods introduced by papers that evaluate on the dataset, with the sentence that says so.
// params: {"dataset": "GSM8K", "since": 2023}
MATCH (m:Method)<-[:INTRODUCES]-(p:Paper)-[r:EVALUATES_ON]->(d:Dataset {name: $dataset})
WHERE p.year >= $since
RETURN p.year AS year, m.name AS method, p.title AS paper, head(r.sentences) AS sentence
ORDER BY year DESC, method, paper
