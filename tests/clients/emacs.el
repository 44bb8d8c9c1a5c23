;;; emacs.el --- Drives a batch Emacs as its user would, and writes down what it shows  -*- lexical-binding: t -*-

;; In the environment: MODE, `quickfix' (the preferred quick fix of every finding) or `save';
;; LEFT, how many findings will be left; REPORT, the file to write; FILE, the file to open.

;;; Code:

(require 'cl-lib)
(require 'json)
(require 'eglot)
(require 'flymake)

(defvar patience 60 "Seconds.")

(defvar messages nil "What the server told the user.")

(cl-defmethod eglot-handle-notification :before (_server (_method (eql window/showMessage)) &key message &allow-other-keys)
  "Keep MESSAGE for the report."
  (push message messages))

(defun await (what condition)
  "Let the server speak until CONDITION holds; WHAT it is waited for."
  (let ((end (+ (float-time) patience)))
    (while (not (funcall condition))
      (when (> (float-time) end) (error "Waited too long for %s" what))
      (accept-process-output nil 0.02))))

(defun await-findings (count)
  "Tell the server of the text as it is, and wait for COUNT findings."
  (eglot--signal-textDocument/didChange)
  (await (format "%d findings" count)
         (lambda () (flymake-start) (= count (length (flymake-diagnostics))))))

(defun said (finding)
  "What the server said of FINDING, a diagnostic of Flymake."
  (alist-get 'eglot-lsp-diag (flymake-diagnostic-data finding)))

(defun findings ()
  "Rule, line, column and message of each: places in characters, from 1."
  (vconcat
   (mapcar (lambda (finding)
             (save-excursion
               (goto-char (flymake-diagnostic-beg finding))
               (vector (plist-get (said finding) :code)
                       (line-number-at-pos)
                       (1+ (- (point) (line-beginning-position)))
                       (plist-get (said finding) :message))))
           (flymake-diagnostics))))

(defun mend (finding)
  "Choose the preferred quick fix of FINDING; whether there was one."
  (let* ((place (flymake-diagnostic-beg finding))
         (actions (eglot-code-actions place place "quickfix"))
         (preferred (cl-find-if (lambda (action) (eq t (plist-get action :isPreferred))) actions)))
    (when preferred
      (cl-letf (((symbol-function 'completing-read)
                 (lambda (&rest _) (plist-get preferred :title))))
        (let ((last-nonmenu-event 'key))
          (eglot-code-actions place place "quickfix" t)))
      t)))

(defun mend-each ()
  "Mend until no finding has a preferred quick fix."
  (let ((count (length (flymake-diagnostics))))
    (while (cl-some #'mend (flymake-diagnostics))
      (await-findings (cl-decf count)))))

(defun drive ()
  "Open the file, look, mend, save and look again; both looks."
  (find-file (getenv "FILE"))
  (run-hooks 'post-command-hook)          ; where `eglot-ensure' waits for the user's first command
  (await "the server" (lambda () (eglot-current-server)))
  (await "findings" (lambda () (flymake-start) (flymake-diagnostics)))
  (let ((before (findings)))
    (when (equal (getenv "MODE") "quickfix") (mend-each))
    (set-buffer-modified-p t)             ; or there is nothing to save
    (save-buffer)
    (await-findings (string-to-number (getenv "LEFT")))
    `((before . ,before) (after . ,(findings)) (messages . ,(vconcat messages)))))

(let ((report (drive)))
  (with-temp-file (getenv "REPORT") (insert (json-encode report))))

;;; emacs.el ends here
