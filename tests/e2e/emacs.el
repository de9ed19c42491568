;;; emacs.el --- driven by test_emacs.py: what a person does, in a real Emacs -*- lexical-binding: t -*-
;; Works with Emacs 28 and the package eglot, or Emacs 29 and newer.
(require 'json)
(package-initialize)
(require 'eglot)
(require 'flymake)
(require 'xref)
(require 'dockerfile-mode nil t)
(unless (fboundp 'dockerfile-mode)
  (define-derived-mode dockerfile-mode prog-mode "Dockerfile"))
(add-to-list 'auto-mode-alist '("Dockerfile\\'" . dockerfile-mode))
(add-to-list 'eglot-server-programs `(dockerfile-mode . ,(split-string (getenv "COMMAND") "\n")))
(setq eglot-sync-connect 60
      eglot-confirm-server-initiated-edits nil
      eglot-confirm-server-edits nil
      create-lockfiles nil
      make-backup-files nil
      vc-handled-backends nil)

(defun wait (condition what)
  (let ((rounds 0))
    (while (and (not (funcall condition)) (< rounds 1200))
      (accept-process-output nil 0.05)
      (setq rounds (1+ rounds)))
    (unless (funcall condition) (error "Waited in vain for %s" what))))

(defun go-to (text)
  (goto-char (point-min))
  (search-forward text)
  (goto-char (match-beginning 0)))

(defun titled (actions start)
  (seq-find (lambda (action) (string-prefix-p start (plist-get action :title))) actions))

(let (seen)
  (with-current-buffer (find-file-noselect (expand-file-name "Dockerfile" (getenv "EXAMPLE")))
    (switch-to-buffer (current-buffer))
    (call-interactively #'eglot)
    (wait #'eglot-current-server "the server")
    (flymake-mode 1)
    (wait (lambda () (flymake-start) (flymake-diagnostics)) "diagnostics")
    (push (cons 'messages (vconcat (mapcar #'flymake-diagnostic-text (flymake-diagnostics)))) seen)
    (go-to "go build")
    (let ((action (titled (eglot-code-actions (point) (point) nil nil) "Extract builder stage")))
      (eglot--apply-workspace-edit (plist-get action :edit)))
    (wait (lambda () (go-to "--from=builder")) "the builder stage")
    (save-buffer)
    (go-to "builder /clock")
    (let ((found (xref-backend-definitions 'eglot (xref-backend-identifier-at-point 'eglot))))
      (push (cons 'definition (xref-location-line (xref-item-location (car found)))) seen))
    (eglot-rename "compile")
    (save-buffer)
    (eglot-shutdown (eglot-current-server)))
  (with-temp-file (getenv "SEEN")
    (insert (json-encode seen))))
