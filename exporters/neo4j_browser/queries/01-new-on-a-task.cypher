// title: What is new on a task?
// description: Methods, datasets and hardware that papers on the task introduced since a year, newest first.
// params: {"task": "object detection", "since": 2015}
MATCH (t:Task {name: $task})<-[:ADDRESSES]-(p:Paper)-[:INTRODUCES]->(new)
WHERE p.year >= $since
RETURN p.year AS year, new.name AS introduced, p.title AS paper
ORDER BY year DESC, introduced, paper
