// Package embedded owns Atelier's own PostgreSQL, the default where no DATABASE_URL is set: it finds (or fetches) the
// binaries, makes the cluster, starts and stops it, and says where it listens. It also keeps the secret that signs tokens
// when none is configured. It must not know what is in the database, nor any other package of Atelier.
//
// # The data folder
//
// ATELIER_DATA (Options.Dir) holds:
//
//	.gitignore         keeps the folder out of version control
//	lock               held for moments, while a process finds out where the cluster is
//	secret             signs tokens; see Secret
//	location           only where the cluster is elsewhere (below): the absolute path of its folder
//	cluster/           the cluster's folder
//	    data/          PostgreSQL's data directory
//	    run/           its socket, in a folder that only its user may enter
//	    postgres.log   its log since the last start; the one before is postgres.log.1
//	    server.lock    held by the one server on this cluster, with its process id
//	    users.lock     shared by every process that uses the cluster
//	    start.lock     held while the cluster is being started or stopped
//
// # Who runs it
//
// PostgreSQL refuses to run as root. Started by root, it runs as the owner of data/, for a new cluster as postgres or else
// nobody. A new cluster goes to /var/lib/atelier/ when that user cannot reach the data folder (one below /root, say).
//
// # How long it runs
//
// Open is for the server: it alone holds the cluster, and PostgreSQL ends with it (on Linux also when it is killed).
// Attach is for commands: they share what runs, or start it, and the last one to leave stops it. Whatever a killed process
// left behind is found through postmaster.pid by the next one, and stopped or taken over.
//
// It listens on a Unix socket only, never on the network. The socket's folder is its whole protection: everyone who can
// enter it is let in as the superuser atelier.
package embedded
