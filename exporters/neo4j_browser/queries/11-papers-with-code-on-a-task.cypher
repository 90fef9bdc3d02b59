// title: Which papers on a task come with code?
// description: Papers on the task and the addresses of their code, weights or data, newest first.
// params: {"task": "object detection"}
MATCH (t:Task {name: $task})<-[:ADDRESSES]-(p:Paper)-[:HAS_CODE]->(c:Repository)
RETURN p.year AS year, p.title AS paper, c.url AS code
ORDER BY year DESC, paper, code
