// title: Which datasets are used together?
// description: Pairs of datasets by the number of papers that train or evaluate on both.
// params: {"at_least": 3}
MATCH (a:Dataset)<-[:EVALUATES_ON|TRAINS_ON]-(p:Paper)-[:EVALUATES_ON|TRAINS_ON]->(b:Dataset)
WHERE a.id < b.id
WITH a.name AS dataset, b.name AS other, count(DISTINCT p) AS papers
WHERE papers >= $at_least
RETURN dataset, other, papers
ORDER BY papers DESC, dataset, other
