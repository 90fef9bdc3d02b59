// title: Which values are reported for a metric, and on what?
// description: Values of a metric with the datasets that the paper evaluates on and the sentence that states the value.
// params: {"metric": "BLEU"}
MATCH (metric:Metric {name: $metric})<-[r:REPORTS]-(p:Paper)-[:EVALUATES_ON]->(d:Dataset)
WHERE r.value IS NOT NULL
RETURN r.value AS value, d.name AS dataset, p.title AS paper, p.year AS year, head(r.sentences) AS sentence
ORDER BY year, paper, dataset
