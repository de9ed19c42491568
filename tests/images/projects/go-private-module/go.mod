module example.com/private

go 1.25

require git.example.com/team/secrets v1.0.0
